"""gRPC: servicers, conversion between messages and the domain, interceptors, who may call what."""
