"""The pages about people: coming in, one's own account, and the list that administrators keep. The rules are portal/people."""
