"""The pages about offices: who sits where, who answers for whom, who may what and why, and what becomes of it when somebody
leaves. The rules are portal/people."""
