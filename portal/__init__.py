"""Ground floor and front door: everything the other apps stand on; imports none of them."""
