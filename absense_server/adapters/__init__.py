"""What the ports are made of: database, blobs, keys, clock. The only place that does I/O."""
