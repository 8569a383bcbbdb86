"""Faces by DeepFace, in processes of their own.

`weights` are the model files, `models` what a choice of them means; `engine` is the port's implementation, with its
child processes in `process`; `worker` is what runs in one, `pipeline` what it does to a photograph, `frames` how the
two talk. Only `pipeline` and what it is made of import DeepFace's machinery: the server's own process never does.
"""
