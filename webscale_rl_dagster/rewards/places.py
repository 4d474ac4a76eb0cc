"""Names that may follow a place and a comma, as in `Barcelona, Spain`."""

COUNTRIES = frozenset(
    name
    for row in """
    afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan
    bahamas bahrain bangladesh barbados belarus belgium belize benin bhutan bolivia botswana brazil
    brunei bulgaria burundi cambodia cameroon canada chad chile china colombia comoros congo croatia
    cuba cyprus czechia denmark djibouti dominica ecuador egypt england eritrea estonia eswatini
    ethiopia fiji finland france gabon gambia georgia germany ghana greece greenland grenada
    guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq ireland israel
    italy jamaica japan jordan kazakhstan kenya kiribati kosovo kuwait kyrgyzstan laos latvia
    lebanon lesotho liberia libya liechtenstein lithuania luxembourg madagascar malawi malaysia
    maldives mali malta mauritania mauritius mexico micronesia moldova monaco mongolia montenegro
    morocco mozambique myanmar namibia nauru nepal netherlands nicaragua niger nigeria norway oman
    pakistan palau palestine panama paraguay peru philippines poland portugal qatar romania russia
    rwanda samoa scotland senegal serbia seychelles singapore slovakia slovenia somalia spain sudan
    suriname sweden switzerland syria taiwan tajikistan tanzania thailand togo tonga tunisia turkey
    turkmenistan tuvalu uganda ukraine uruguay usa uk uzbekistan vanuatu venezuela vietnam wales
    yemen zambia zimbabwe alabama alaska arizona arkansas california colorado connecticut delaware
    florida hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland
    massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma
    oregon pennsylvania tennessee texas utah vermont virginia wisconsin wyoming catalonia bavaria
    quebec ontario
    """.split("\n")
    for name in row.split()
) | {
    *"""US|united states|united states of america|united kingdom|great britain|new zealand
    |south africa|south korea|north korea|saudi arabia|sri lanka|costa rica|el salvador
    |czech republic|dominican republic|puerto rico|united arab emirates|papua new guinea
    |bosnia and herzegovina|trinidad and tobago|ivory coast|burkina faso|cape verde|san marino
    |sierra leone|solomon islands|northern ireland|vatican city|new york|new jersey|new mexico
    |new hampshire|north carolina|south carolina|north dakota|south dakota|rhode island
    |west virginia|british columbia|new south wales""".replace("\n", "")
    .replace("    ", "")
    .split("|")
}
"""Countries, and states that are named so; as `normalise` writes them."""
