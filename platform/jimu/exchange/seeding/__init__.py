"""Seeds: records made from YAML, given one by one or generated, loaded through the one write path.

``load_seeds`` loads them; ``demo_accounts`` tells who may sign in afterwards. Generators know words, numbers, dates
and the records made before, and nothing of what the objects mean.
"""
