"""Checksums that tell a card number or an account number from any other run of digits."""

import ipaddress


def is_card(value: str) -> bool:
    """This is a payment card number: 12 to 19 digits beginning with 1 to 6, and a right Luhn digit."""
    digits = [int(char) for char in value if char.isdigit()]
    if not 12 <= len(digits) <= 19 or digits[0] not in range(1, 7) or len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(value: str) -> bool:
    """This is an IBAN: 15 to 34 letters and digits whose remainder by 97 is 1."""
    compact = "".join(char for char in value.upper() if char.isalnum())
    if not 15 <= len(compact) <= 34 or not compact.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def is_ip(value: str) -> bool:
    """This is an IP address, version 4 or 6."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def is_ssn(value: str) -> bool:
    """This is a US social security number that can have been issued."""
    area, group, serial = value[:3], value[4:6], value[7:]
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def is_nif(value: str) -> bool:
    """This is a Spanish identity number, of a citizen or a foreigner, with its right letter."""
    compact = value.upper().replace("-", "")
    number = compact[:-1].translate(str.maketrans("XYZ", "012"))
    return number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == compact[-1]
