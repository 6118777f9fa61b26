#!/usr/bin/env python3
# examples/geoid/convert_gtx.py -- makes egm96.npy from the EGM96 grid of PROJ's data package, once
# SPDX-License-Identifier: Apache-2.0
"""Usage: convert_gtx.py [/usr/share/proj/egm96_15.gtx [egm96.npy]]

A .gtx file is a header of 40 bytes (latitude and longitude of the first value, the two steps, rows, columns), then
rows * columns f32, all big-endian, southernmost row first. The .npy file holds the same values as little-endian f32,
row-major, NORTHERNMOST row first, as a map is drawn: element (r, c) is the height in metres of the geoid above the
WGS 84 ellipsoid at latitude 90 - r / 4 and longitude c / 4 - 180 degrees.

EGM96 was made by the National Imagery and Mapping Agency and NASA and is in the public domain.
"""
import struct
import sys

import numpy as np

source = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/proj/egm96_15.gtx"
target = sys.argv[2] if len(sys.argv) > 2 else "egm96.npy"

with open(source, "rb") as file:
    south, west, north_step, east_step, rows, columns = struct.unpack(">ddddii", file.read(40))
    heights = np.frombuffer(file.read(), dtype=">f4").reshape(rows, columns)

if (south, west, north_step, east_step, rows, columns) != (-90.0, -180.0, 0.25, 0.25, 721, 1440):
    sys.exit(f"{source}: expected a global grid of 0.25 degrees that starts at 90 S 180 W")
if not np.isfinite(heights).all():
    sys.exit(f"{source}: the grid has gaps")

np.save(target, np.ascontiguousarray(heights[::-1].astype("<f4")))
print(f"{target}: {rows} x {columns}, {heights.min():.2f} m to {heights.max():.2f} m")
