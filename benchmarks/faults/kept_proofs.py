"""Exports that take graphs and scores which were made once."""

import pickle

from faults.bench import Bench
from faults.case import Case
from faults.fault import Operation
from faults.tree import plain


def keep_proofs(bench: Bench, case: Case, all_weights: list[str]) -> None:
    """Convert the run's graphs and compare them with Keras once, in a child.

    Both take long. That they touch no file but TensorFlow's temporary ones is seen from
    the operations, which are the same without them.

    Args:
        bench: Where it is done.
        case: An export.
        all_weights: What `--quantize` is given.
    """
    from export import pipeline

    kept = bench.common / "proof"
    functions = pipeline.convert_run, pipeline.prove
    found: dict[str, object] = {}

    def convert_and_keep(*arguments: object) -> object:
        models = functions[0](*arguments)
        for name, model in models.items():
            found[name] = model.SerializeToString()
        return models

    def prove_and_keep(*arguments: object, **options: object) -> object:
        found["scores"] = scores = functions[1](*arguments, **options)
        kept.write_bytes(pickle.dumps(found))
        return scores

    proofs = {}
    for weights in all_weights:
        pipeline.convert_run, pipeline.prove = convert_and_keep, prove_and_keep
        arguments = (*case.arguments, "--quantize", weights)
        bench.prepare(case)
        whole = bench.start_undisturbed(case, arguments)
        proofs[weights] = pickle.loads(kept.read_bytes())
        load_proofs(proofs)
        bench.prepare(case)
        short = bench.start_undisturbed(case, arguments)
        if _lasting(short.operations) != _lasting(whole.operations):
            raise SystemExit("Converting and proving must leave no file.")
    kept.write_bytes(pickle.dumps(proofs))


def load_proofs(proofs: dict[str, dict[str, object]]) -> None:
    """Have exports use graphs and scores that were made before."""
    import onnx

    from export import pipeline

    graphs = {
        name: onnx.load_from_string(content)
        for name, content in next(iter(proofs.values())).items()
        if name != "scores"
    }
    pipeline.convert_run = lambda *_: graphs
    pipeline.prove = lambda *_, options, **__: proofs[options.quantization]["scores"]


def _lasting(operations: list[Operation]) -> list[tuple[str, str]]:
    """Return operations on other than temporary files."""
    found = [(operation.name, plain(operation.path)) for operation in operations]
    return [one for one in found if not one[1].startswith("tmp/")]
