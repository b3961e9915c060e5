#!/usr/bin/env python3
"""bench/engines.py [--quick] PROGRAM: the solvers of the matrix engines beside others, in turns, in processor seconds of one core.

PROGRAM is build/release/bench_engines. Others: R's glasso (r-cran-glasso) and numpy (python3-numpy), both of Debian; a row is left
out when they are not there. No tensor decomposition of this kind is packaged for Debian, so that row stands alone.
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

R_GLASSO = """
library(glasso)
X <- as.matrix(read.csv(commandArgs(TRUE)[1], header = FALSE)); n <- nrow(X)
X[X == 0] <- 0.1; X <- log(X); S <- var(X) * (n - 1) / n
used <- system.time(for (rho in c(.4, .5, .6, .7, .8, .9)) glasso(S, rho))
cat(used[1] + used[2], "\\n")
"""
NUMPY_HALS = """
import sys, time
import numpy as np
V = np.loadtxt(sys.argv[1], delimiter=","); N, M = V.shape
begin = time.process_time()
U, s, Vt = np.linalg.svd(V, full_matrices=False)
for r in range(1, 11):
    W, H, before = abs(U[:, :r]).copy(), abs(Vt[:r]).copy(), 0
    for _ in range(3000):
        A, B = W.T @ V, W.T @ W
        for k in range(r): H[k] = np.maximum(0, H[k] + (A[k] - B[k] @ H) / max(B[k, k], 1e-12))
        A, B = V @ H.T, H @ H.T
        for k in range(r): W[:, k] = np.maximum(0, W[:, k] + (A[:, k] - W @ B[:, k]) / max(B[k, k], 1e-12))
        loss = ((V - W @ H) ** 2).sum() / (N * M)
        if abs(before - loss) < 1e-5: break
        before = loss
print(time.process_time() - begin)
"""
ONE_THREAD = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")


def say(*words):
    done = subprocess.run(words, capture_output=True, text=True, env=ONE_THREAD)
    return done.stdout if done.returncode == 0 else None


def row(what, ours, theirs, by):
    ratio = f"{theirs / ours:.1f} x" if theirs else "-"
    print(f"| {what} | {1e3 * ours:,.1f} ms | {by + ' ' + format(1e3 * theirs, ',.1f') + ' ms' if theirs else by} | {ratio} |", flush=True)


def main(words):
    quick = "--quick" in words
    program = [word for word in words if word != "--quick"][0]
    with tempfile.TemporaryDirectory() as folder:
        csv, script = pathlib.Path(folder, "c.csv"), pathlib.Path(folder, "peer")
        print("| what | kizashi | other | takes |\n|---|--:|--:|--:|")
        script.write_text(R_GLASSO)
        for sources in (50, 200) if quick else (50, 200, 500, 1000):
            csv.write_text(say(program, "input", "lasso", str(sources)))
            ours = json.loads(say(program, "lasso", str(sources)))
            theirs = say("Rscript", str(script), str(csv))
            row(f"graphical lasso, six penalties, {sources} sources", ours["seconds"], float(theirs) if theirs else None, "R glasso" if theirs else "no r-cran-glasso")
        if not quick:
            row("graphical lasso, six penalties, 2000 sources", json.loads(say(program, "lasso", "2000"))["seconds"], None, "not tried")
        script.write_text(NUMPY_HALS)
        csv.write_text(say(program, "input", "groups"))
        ours = json.loads(say(program, "groups"))
        theirs = say("/usr/bin/python3", str(script), str(csv))
        row("NMF, ranks 1 to 10, 30 x 3742", ours["seconds"], float(theirs) if theirs else None, "numpy HALS" if theirs else "no python3-numpy")
        tensor = json.loads(say(program, "tensor", "20000" if quick else "100000"))
        row(f"tensor, four runs, {tensor['entries']:,} entries", tensor["seconds"], None, "none in Debian")
        row("tensor, one minute of the stream", tensor["push"], tensor["seconds"], "a full run")
        row("the same, and its blocks", tensor["push"] + tensor["look"], tensor["seconds"], "a full run")
    print(f"\nPeak memory of one of them: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
