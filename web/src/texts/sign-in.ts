export const signIn = {
  title: "Sign in",
  promise: "Attendance by a code on the screen",
  login: "E-mail address or number",
  password: "Password",
  show: "Show",
  showTyped: "Show what is typed",
  capsLock: "Caps Lock is on.",
  submit: "Sign in",
  inSeconds: (seconds: number) => `(${seconds} s)`,
  tryAgainNow: "You can try again now.",
  ended: "You were signed out. Sign in again to go on where you were.",
  left: "You are signed out.",
  leftEverywhere: (others: string) => `You are signed out everywhere: here, and ${others}.`,
  elsewhere: { one: "sign-in elsewhere", other: "sign-ins elsewhere" },
  untold:
    "You are signed out here, but the server could not be told: until it is, your sign-in goes on. This page tells it " +
    "as soon as it can be reached. Leave it open until this notice changes.",
  forgot: "Forgot the password?",
  register: "No account yet? Register as a lecturer",
  insecure:
    "This address is not encrypted (https). The sign-in lasts for some minutes only, and the browser gives no location.",
  noCookies: "This browser keeps no cookies. The sign-in lasts for some minutes only, and until the page is closed.",
  notActive: {
    PENDING_EMAIL: "Your e-mail address is not confirmed yet. Follow the link in the mail that went to it.",
    PENDING_APPROVAL: "Your account waits for an administrator's approval. You will hear by mail.",
    INVITED: "You have not chosen a password yet. Follow the link in your invitation.",
    DEACTIVATED: "Your account is switched off. An administrator can switch it on again.",
    ERASED: "This account was erased.",
  } as Record<string, string>,
  anotherMail: "Send me another mail",
  toSignIn: "To the sign-in",

  forgotten: {
    title: "Forgot the password",
    why: "We send you a mail with a link. It is also the way to another mail if you were invited, or have not confirmed your address yet.",
    submit: "Send me a mail",
    sentTitle: "Look into your mail",
    sent: (login: string) =>
      `If there is an account for ${login}, a mail with a link is on its way to its address. The link is good for an hour.`,
    notThere: "Nothing there after a few minutes? Look into the spam folder, and check what you typed.",
    again: "Send another",
  },

  token: "Code from the mail",
  tokenHint: "The mail has a link; following it fills this in. Or copy the code to here.",
  tokenInvalid:
    "This link is no longer good. Each works once and for an hour, and a newer one makes the others void. If you have " +
    "used it already, all is well: just sign in.",

  reset: {
    title: "Choose a new password",
    why: "This signs you out on every device.",
    password: "New password",
    submit: "Set the password",
    doneTitle: "Your password is set",
    done: "Sign in with the new password. You were signed out everywhere else.",
  },
  passwordRules: (fewest: number, refusesCommon: boolean) =>
    `At least ${fewest} characters; several words are good.${refusesCommon ? " Common passwords are refused." : ""}`,

  confirm: {
    title: "Confirm your e-mail address",
    why: "You get mails from Absense at this address, and can sign in with it.",
    password: "Password that you chose for the account",
    passwordWhy: "So that nobody confirms an account that somebody else made with their address.",
    submit: "Confirm my address",
    doneTitle: "Your address is confirmed",
    done: (email: string) => `${email} is yours. You can sign in with it.`,
    changeAgain: "A new address for your account: change it again under Account.",
  },
  approval: "An administrator has to approve your account before you can sign in. You will hear by mail.",

  registering: {
    title: "Register as a lecturer",
    why: "Students register in the app on their phone.",
    fullName: "Full name",
    fullNameHint: "As students and colleagues know you.",
    email: "E-mail address",
    emailHint: (domains: string) => `An address in ${domains}.`,
    emailElsewhere: (domains: string) => `This e-mail address cannot be used: it has to be in ${domains}.`,
    or: " or ",
    number: "Staff number",
    numberOptional: "Staff number (if you have one)",
    numberHint: "As on your card.",
    numberWrong: "This is not a number of your institution. Check it and write it as on your card.",
    password: "Password",
    submit: "Register",
    doneTitle: "Almost there",
    confirmFirst: (email: string) =>
      `A mail is on its way to ${email}. Follow its link within an hour, to confirm that the address is yours. ` +
      "Then an administrator has to approve your account.",
    active: "Your account is ready. Sign in.",
  },
};
