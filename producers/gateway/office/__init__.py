"""The back office over HTTP: who is signed in, what they see, what they ask of an alert.

Requests carry a bearer token in a header and nothing else counts: no cookie is read. A browser sends a header
like that for no page but our own, so that a strange page cannot act in an operator's name (CSRF), whatever it
posts. Requests that a browser marks as coming from another site are refused all the same, and bodies must be
declared as JSON, which no form can.
"""
