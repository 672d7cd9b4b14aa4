"""What is said of a piece of news: in mails, feeds, previews and calls to programs the same."""
