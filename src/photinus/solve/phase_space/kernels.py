"""The steps of :mod:`~photinus.solve.phase_space.fused`, compiled by Numba: loops over sites, trajectories innermost.

Real and imaginary parts are arrays of their own, with the trajectories of a batch side by side, so that the innermost
loops become vector instructions. Each trajectory has a random stream of its own, xoshiro128++ of Blackman and Vigna
(2021), one 32-bit word of which makes the two numbers of a complex noise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from photinus.solve.phase_space.threepoint import HIGH, LOW

SETTINGS: dict[str, Any] = {
    "nogil": True,
    "cache": True,
    "fastmath": {"contract", "nsz", "arcp", "reassoc"},
    "error_model": "numpy",
}


@njit(inline="always", **SETTINGS)
def _draw(state, x, y, k, l, height):  # type: ignore[no-untyped-def]
    """One word of every stream, as two numbers ±height or 0 in row k of x and row l of y."""
    zero = height - height
    for b in range(x.shape[1]):
        s0, s1, s2, s3 = state[0, b], state[1, b], state[2, b], state[3, b]
        t = np.uint32(s0 + s3)
        word = np.uint32(np.uint32((t << np.uint32(7)) | (t >> np.uint32(25))) + s0)
        u = np.uint32(s1 << np.uint32(9))
        s2 = np.uint32(s2 ^ s0)
        s3 = np.uint32(s3 ^ s1)
        state[1, b] = np.uint32(s1 ^ s2)
        state[0, b] = np.uint32(s0 ^ s3)
        state[2, b] = np.uint32(s2 ^ u)
        state[3, b] = np.uint32((s3 << np.uint32(11)) | (s3 >> np.uint32(21)))
        low, high = np.uint32(word & np.uint32(0xFFFF)), np.uint32(word >> np.uint32(16))
        x[k, b] = (height if low >= np.uint32(HIGH) else zero) - (height if low < np.uint32(LOW) else zero)
        y[l, b] = (height if high >= np.uint32(HIGH) else zero) - (height if high < np.uint32(LOW) else zero)


@njit(inline="always", **SETTINGS)
def _add(x, y, k, cr, ci, re, im, s):  # type: ignore[no-untyped-def]
    """Row k of x + iy += c times row s of re + i im."""
    for b in range(re.shape[1]):
        x[k, b] += cr * re[s, b] - ci * im[s, b]
        y[k, b] += cr * im[s, b] + ci * re[s, b]


@njit(inline="always", **SETTINGS)
def _slope(t, s, re, im, z, f, k):  # type: ignore[no-untyped-def]
    """The drift of one site in row k of f, but for the terms of :func:`_others`."""
    zr, zi = z
    x, y = f
    cr, ci = t.constant[0, s], t.constant[1, s]
    last = t.local.shape[2] - 1
    if last == 1:  # the usual cubic, without a loop inside
        c0, d0, c1, d1 = t.local[0, s, 0], t.local[1, s, 0], t.local[0, s, 1], t.local[1, s, 1]
        for b in range(re.shape[1]):
            n = re[s, b] * re[s, b] + im[s, b] * im[s, b]
            pr, pi = c0 + c1 * n, d0 + d1 * n
            x[k, b] = cr + pr * re[s, b] - pi * im[s, b]
            y[k, b] = ci + pr * im[s, b] + pi * re[s, b]
    else:
        for b in range(re.shape[1]):
            n = re[s, b] * re[s, b] + im[s, b] * im[s, b]
            pr, pi = t.local[0, s, last], t.local[1, s, last]
            for j in range(last - 1, -1, -1):
                pr, pi = pr * n + t.local[0, s, j], pi * n + t.local[1, s, j]
            x[k, b] = cr + pr * re[s, b] - pi * im[s, b]
            y[k, b] = ci + pr * im[s, b] + pi * re[s, b]
    for r in range(t.left.shape[2]):
        _add(x, y, k, t.left[0, s, r], t.left[1, s, r], zr, zi, r)


@njit(inline="always", **SETTINGS)
def _others(t, s, re, im, x, y, k, w):  # type: ignore[no-untyped-def]
    """The other terms of the drift of one site, c·Π letters, added to row k of x + iy."""
    for j in range(t.start[s], t.start[s + 1]):
        w[0] = t.terms[0, j]
        w[1] = t.terms[1, j]
        for d in range(t.letters.shape[1]):
            place, sign = t.letters[j, d] // 2, w.dtype.type(1 - 2 * (t.letters[j, d] % 2))
            if t.letters[j, d] >= 0:
                for b in range(w.shape[1]):
                    u = w[0, b] * re[place, b] - w[1, b] * (sign * im[place, b])
                    w[1, b] = w[0, b] * (sign * im[place, b]) + w[1, b] * re[place, b]
                    w[0, b] = u
        for b in range(w.shape[1]):
            x[k, b] += w[0, b]
            y[k, b] += w[1, b]


@njit(inline="always", **SETTINGS)
def _means(t, re, im, zr, zi):  # type: ignore[no-untyped-def]
    """Right·α."""
    zr[:] = 0
    zi[:] = 0
    for s in range(re.shape[0]):
        for r in range(t.right.shape[1]):
            _add(zr, zi, r, t.right[0, r, s], t.right[1, r, s], re, im, s)


@njit(inline="always", **SETTINGS)
def _joint(t, state, kick, noise, q, height):  # type: ignore[no-untyped-def]
    """The noise of jumps on several sites."""
    kr, ki = kick
    xr, xi = noise
    qr, qi = q
    kr[:] = 0
    ki[:] = 0
    zero = height - height
    if len(t.shared):
        qr[:] = 0
        qi[:] = 0
        for k in range(len(t.shared)):
            _draw(state, xr, xi, k, k, height)
            for r in range(len(t.stretch)):
                _add(qr, qi, r, t.basis[0, k, r], -t.basis[1, k, r], xr, xi, k)
        for k in range(len(t.shared)):
            _add(kr, ki, t.shared[k], t.width[k], zero, xr, xi, k)
            for r in range(len(t.stretch)):
                c = t.width[k] * t.stretch[r]
                _add(kr, ki, t.shared[k], c * t.basis[0, k, r], c * t.basis[1, k, r], qr, qi, r)
    if t.edges:
        for e in range(t.edges):
            _draw(state, xr, xi, e, e, height)
        for s in range(kr.shape[0]):
            for k in range(t.first[s], t.first[s + 1]):
                _add(kr, ki, s, t.weight[0, k], t.weight[1, k], xr, xi, t.edge[k])


@njit(inline="always", **SETTINGS)
def _own(d, s, re, im, f, w, kick, at):  # type: ignore[no-untyped-def]
    """√½D·(w₀ + iw₁), in the middle of the step without noise, added to the kick; how often D < 0 was set to 0."""
    fr, fi = f
    kr, ki = kick
    row, k = at
    half, zero, one = w.dtype.type(0.5), w.dtype.type(0), w.dtype.type(1)
    last = d.shape[1] - 1
    lost = zero
    for b in range(re.shape[1]):
        u, v = re[s, b] + half * fr[row, b], im[s, b] + half * fi[row, b]
        w[2, b] = u * u + v * v
    if last == 1:
        for b in range(re.shape[1]):
            w[2, b] = d[s, 0] + d[s, 1] * w[2, b]
    else:
        for b in range(re.shape[1]):
            size = d[s, last]
            for j in range(last - 1, -1, -1):
                size = size * w[2, b] + d[s, j]
            w[2, b] = size
    for b in range(re.shape[1]):
        lost += one if w[2, b] < zero else zero
    for b in range(re.shape[1]):
        width = np.sqrt(w[2, b] if w[2, b] > zero else zero)
        kr[k, b] += width * w[0, b]
        ki[k, b] += width * w[1, b]
    return lost


@njit(inline="always", **SETTINGS)
def _push(re, moved, s, f, row, kick, k, half):  # type: ignore[no-untyped-def]
    """α + ½f + N in place, and α + f + N."""
    for b in range(re.shape[1]):
        pushed = half * f[row, b]
        new = re[s, b] + pushed + kick[k, b]
        re[s, b] = new
        moved[s, b] = new + pushed


@njit(**SETTINGS)
def follow(t, re, im, state, steps, height):  # type: ignore[no-untyped-def]
    """Some steps of amplitudes (sites, W), in place; the number of clipped kicks."""
    sites, width = re.shape
    kind = re.dtype
    mr, mi = np.empty_like(re), np.empty_like(re)
    zr, zi = np.empty((t.left.shape[2], width), kind), np.empty((t.left.shape[2], width), kind)
    qr, qi = np.empty((len(t.stretch), width), kind), np.empty((len(t.stretch), width), kind)
    words = max(len(t.shared), t.edges)
    xr, xi = np.empty((words, width), kind), np.empty((words, width), kind)
    joint, other = words > 0, t.start[sites] > 0
    rows = sites if other else 1  # only other terms look at other sites' old amplitudes
    fr, fi = np.empty((rows, width), kind), np.empty((rows, width), kind)
    rows = sites if joint else 1
    kr, ki = np.zeros((rows, width), kind), np.zeros((rows, width), kind)
    w = np.empty((3, width), kind)
    half, zero = kind.type(0.5), kind.type(0)
    clipped = 0.0
    _means(t, re, im, zr, zi)
    for _step in range(steps):
        if joint:
            _joint(t, state, (kr, ki), (xr, xi), (qr, qi), height)
        if other:
            for s in range(sites):
                _slope(t, s, re, im, (zr, zi), (fr, fi), s)
                _others(t, s, re, im, fr, fi, s, w)
        for s in range(sites):
            row, k = s if other else 0, s if joint else 0
            if not other:
                _slope(t, s, re, im, (zr, zi), (fr, fi), 0)
            if not joint:
                kr[:] = 0
                ki[:] = 0
            if t.noisy[s]:
                _draw(state, w, w, 0, 1, height)
                clipped += _own(t.diffusion, s, re, im, (fr, fi), w, (kr, ki), (row, k))
            _push(re, mr, s, fr, row, kr, k, half)
            _push(im, mi, s, fi, row, ki, k, half)
        _means(t, mr, mi, zr, zi)
        for s in range(sites):
            _slope(t, s, mr, mi, (zr, zi), (fr, fi), 0)
            if other:
                _others(t, s, mr, mi, fr, fi, 0, w)
            _add(re, im, s, half, zero, fr, fi, 0)
        _means(t, re, im, zr, zi)
    return clipped
