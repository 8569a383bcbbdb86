"""What the use cases need from outside.

`outside`: clock, keys, storage, events; `data` and `findings`: the database; `faces`: the face engine.
"""
