"""Where mails go: to a mail server, or into a folder."""
