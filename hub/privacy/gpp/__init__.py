"""IAB Global Privacy Platform strings: read, written again to the byte, and put into the hub's own words.

``bits.py`` knows how numbers and ranges are written, ``layout.py`` which section holds which fields, ``codec.py`` reads and
writes whole strings, ``meaning.py`` says what one means for consent. After the specification of IAB Tech Lab
(https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform, CC BY 3.0).
"""
