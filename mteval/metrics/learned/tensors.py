"""What may stand in a file of weights: dense tensors of real, finite numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["check_finite", "check_tensors"]


def check_tensors(weights: Mapping[str, Any], torch: Any) -> None:
    """Check that weights are dense tensors of real numbers, of which a model can be made.

    Raises:
        ValueError: one is not.
    """
    for name, tensor in weights.items():
        if not isinstance(tensor, torch.Tensor):
            raise ValueError(f"{name} is a {type(tensor).__name__} and not a tensor")
        flaws = {
            "sparse": tensor.layout != torch.strided,
            "nested": tensor.is_nested,
            "quantised": tensor.is_quantized,
            "without content (meta)": tensor.is_meta,
            "complex": tensor.is_complex(),
        }
        flaw = next((flaw for flaw, is_so in flaws.items() if is_so), None)
        if flaw is not None:
            raise ValueError(f"the weights {name} are {flaw}")


def check_finite(model: Any, torch: Any) -> None:
    """Check that all weights of a model are real and finite; one pass over them, no copy.

    Raises:
        ValueError: some are not.
    """
    for name, tensor in model.named_parameters():
        if not tensor.is_floating_point():
            raise ValueError(f"the weights {name} are {tensor.dtype} and not floating-point")
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and tensor.numel():
            ends = torch.stack(torch.aminmax(tensor.detach()))
            if not bool(torch.isfinite(ends).all()):
                raise ValueError(f"some of the weights {name} are not finite numbers")
