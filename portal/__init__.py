"""Ground floor and front door: people, record, attention, web plumbing, runtime. Imports no other app."""
