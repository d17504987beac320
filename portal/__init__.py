"""Ground floor and front door: people, record, attention, web plumbing, runtime. Imports no other app."""

import gc

# A start makes a million objects that stay. The collector looks after each 700 new ones unless told otherwise, and walked them
# for a quarter of the start; garbage in circles is rare here, and memory cheaper than a page that stands still meanwhile.
gc.set_threshold(50_000, 20, 20)
