export const signIn = {
  title: "Sign in",
  login: "E-mail address or number",
  password: "Password",
  submit: "Sign in",
  ended: "You were signed out. Sign in again to go on where you were.",
  forgot: "Forgot the password?",
  insecure:
    "This address is not encrypted (https). The sign-in lasts for some minutes only, and the browser gives no location.",
};
