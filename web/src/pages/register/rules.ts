/** Whether the address is in one of the domains, such as "example.edu"; "*.example.edu" is every domain below that. */
export function isInDomains(email: string, domains: readonly string[]): boolean {
  const domain = email.trim().toLowerCase().split("@").at(-1) ?? "";
  return (
    domains.length === 0 ||
    domains.some((wanted) => (wanted.startsWith("*.") ? domain.endsWith(wanted.slice(1)) : domain === wanted))
  );
}

/** Whether the number as a whole matches the institution's pattern; the server decides where this browser cannot. */
export function isNumber(number: string, pattern: string): boolean {
  if (!pattern) return true;
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(number);
  } catch (error) {
    // an expression that Python knows and JavaScript does not
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}
