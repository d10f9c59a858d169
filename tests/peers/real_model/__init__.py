"""The program against a llama.cpp server with a real model, whole and cut, without a mock between.

`python -m tests.peers.real_model --base-url http://127.0.0.1:8080/v1` makes the figures; the
server and the model are the user's own to start. Greedy, a model answers one request with one
text, so an uninterrupted reply is what a cut one is compared with.
"""
