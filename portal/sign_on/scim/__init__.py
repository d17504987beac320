"""The door of the directory: SCIM 2.0 (RFC 7643, RFC 7644) under /scim/v2/, by a service account's token."""
