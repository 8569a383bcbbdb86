import { counted } from "./counted";

export const exporting = {
  button: "Export",
  title: "Export attendance",
  format: "File",
  csv: "CSV, for any program",
  xlsx: "Excel workbook (XLSX)",
  mark: "For Excel: mark the text as UTF-8",
  submit: "Make the file",
  stop: "Stop",
  progress: (size: string) => `${size} so far ...`,
  done: (name: string, size: string) => `${name} (${size}) was saved.`,
  broken: "The file broke off halfway, and nothing was saved. Make it again.",
  bytes: (bytes: number) =>
    bytes < 1000
      ? counted(bytes, "byte", "bytes")
      : bytes < 1_000_000
        ? `${(bytes / 1000).toFixed(0)} kB`
        : `${(bytes / 1_000_000).toFixed(1)} MB`,
};
