"""Embedded servers and the process runner: owns PostgreSQL, Valkey and what `make up` starts; imports no Django."""
