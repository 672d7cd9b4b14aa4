"""The same questions for assistants, by the Model Context Protocol: read only, each answer with the page to cite.

portal    what is asked of the records, in words for assistants; knows nothing of the protocol
server    the tools, and the two ways to be asked: standard input, and HTTP
"""
