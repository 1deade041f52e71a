"""Reads pictures with RapidOCR and says what it read and how long it took.

    python rapidocr.py LIST THREADS threads|processes

LIST is a file with the JSON array of their paths. One process with so many threads, or so many processes with one
thread each. What is said is one JSON object: seconds (of the clock), cpu (seconds of all cores), version, texts (by
path). Loading is not counted. A picture that RapidOCR fails at has no text.
"""

import importlib.metadata
import json
import multiprocessing
import sys
import time

reader = None


def load(threads):
    global reader
    import cv2
    from rapidocr_onnxruntime import RapidOCR

    cv2.setNumThreads(threads)
    reader = RapidOCR(intra_op_num_threads=threads, inter_op_num_threads=1)


def warm(path):
    # Long enough that no process takes a second one before each has taken its first.
    read(path)
    time.sleep(1)


def read(path):
    began = time.process_time()
    try:
        lines, _ = reader(path)
    except Exception as error:
        print(f"{path}: {error}", file=sys.stderr)
        lines = []
    text = "\n".join(line[1] for line in lines or [])
    return path, text, time.process_time() - began


def main():
    threads, shape = int(sys.argv[2]), sys.argv[3]
    with open(sys.argv[1], encoding="utf-8") as given:
        paths = json.load(given)
    if shape == "processes":
        context = multiprocessing.get_context("spawn")
        with context.Pool(threads, load, (1,)) as pool:
            pool.map(warm, paths[:1] * threads, chunksize=1)
            began = time.perf_counter()
            results = list(pool.imap_unordered(read, paths))
            seconds = time.perf_counter() - began
    else:
        load(threads)
        warm(paths[0])
        began = time.perf_counter()
        results = [read(path) for path in paths]
        seconds = time.perf_counter() - began
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": sum(cpu for _, _, cpu in results),
                "version": importlib.metadata.version("rapidocr-onnxruntime"),
                "texts": {path: text for path, text, _ in results},
            }
        )
    )


if __name__ == "__main__":
    main()
