"""What is seen of a survey that runs: turnout, reminders, inspection notes."""
