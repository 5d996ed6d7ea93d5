"""The national portal's synchronisation calls: a dossier's whole state, repeated → its lifecycle events.

`dossier` reads a call, `diff` finds what is new (pure), `store` remembers, `engine` sends, `router` answers.
"""
