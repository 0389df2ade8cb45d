"""The rules of the earth and the state: coordinates, units, division codes, geometry checks. No Django."""
