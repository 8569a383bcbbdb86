"""What the use cases need from outside, and the counts of calls, which stand before them.

`outside`: clock, keys, storage, events; `data` and `findings`: the database; `faces`: the face engine; `rate_limits`.
"""
