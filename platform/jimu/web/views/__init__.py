"""The views: one module per kind of page. A view reads the address, asks ``pages`` or ``records``, renders or
redirects.

Views contain no ``try`` except where a problem belongs on the page itself; all other errors go to ``errors``.
"""
