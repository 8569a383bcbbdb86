import { render } from "preact";
import { App } from "./app";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/shell.css";
import "./style/figures.css";
import "./style/account.css";

const root = document.getElementById("page");
if (root) render(<App />, root);
