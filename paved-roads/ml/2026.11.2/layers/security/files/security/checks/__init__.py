"""The checks behind the security stages, as plain functions with a command line each.

None of them starts another program: the stage scripts run the tools and feed these modules.
"""
