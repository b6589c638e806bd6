"""Documents in and out: only their text changes; nothing else imports this folder."""
