"""Seats and signatures: who must sign what, who has, and whether it still holds. Imports attention, web, people and record;
announces nothing: a kind is told by the verb it registered."""
