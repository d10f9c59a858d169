"""What other programs use: streaming with callbacks, a conversation with a model, files out of a
reply. All of it is reached as `autocoder_tui.NAME`; see `autocoder-tui docs library`."""
