"""Each interceptor, with each kind of RPC, over a real server and a real client."""
