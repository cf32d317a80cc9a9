"""Page models: plain data computed from layouts, the manifest, the actor and values. Templates only render them.

Knows no Flask and no HTML beyond what a field's own value is. One module per kind of page; ``shapes`` holds what is the
same for every record (cached per revision, roles and language), ``display`` how values are shown.
"""
