"""torch on this machine: which device, how much of its memory, how fast its linear layers."""

from __future__ import annotations

import contextlib
import platform
import sys
from dataclasses import dataclass
from typing import Any

from mteval.errors import UnavailableError
from mteval.executor import available_cores

__all__ = [
    "CPU_BATCH_TOKENS",
    "Device",
    "first_budget",
    "is_out_of_memory",
    "pack_linears",
    "use_device",
]

# Tokens a batch: enough to keep two cores busy; more only costs memory.
CPU_BATCH_TOKENS = 2048
# Where memory is not known (MPS) or plenty; beyond it a GPU gains nothing.
_GPU_BATCH_TOKENS = 65_536
# Bytes of activations for a token, in hidden states: those of every layer, and about as many again
# while a layer is computed.
_STATES_A_LAYER = 2


@dataclass(frozen=True)
class Device:
    """A device of torch.

    Attributes:
        torch: the module, which is loaded on use only.
        device: torch's name of the device.
    """

    torch: Any
    device: Any

    @property
    def name(self) -> str:
        """The kind of device: cpu, cuda or mps."""
        return str(self.device.type)


def use_device(name: str) -> Device:
    """Load torch and return a device, with threads and memory set up where it is the CPU.

    Args:
        name: auto, cpu, cuda or mps.

    Raises:
        UnavailableError: the device is not there.
    """
    import torch

    found = Device(torch, _choose(torch, name))
    if found.name == "cpu":
        torch.set_num_threads(min(torch.get_num_threads(), available_cores()))
        _reuse_memory()
    return found


def _choose(torch: Any, name: str) -> Any:
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(one for one, available in there.items() if available)
    if not there[name]:
        raise UnavailableError(
            f"there is no {name} device that torch {torch.__version__} can use; choose --device "
            "cpu, or install a build of torch for it"
        )
    return torch.device(name)


def _reuse_memory() -> None:
    """Have the C library keep freed blocks for the next batch, where it is glibc.

    Else every batch asks the system for its memory again: a tenth of the time on virtual machines.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    # malloc.h: M_MMAP_THRESHOLD -3 (32 MiB is its most), M_TRIM_THRESHOLD -1.
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(-3, 1 << 25)
        libc.mallopt(-1, 1 << 30)


def first_budget(device: Device, *, width: int, layers: int, longest: int) -> int:
    """Return how many tokens a batch may have, guessed from the memory that is free.

    Args:
        device: where batches run.
        width: of the hidden states of the encoder.
        layers: of the encoder.
        longest: tokens that a sequence may have, for which there must be room.
    """
    if device.name == "cpu":
        return CPU_BATCH_TOKENS
    if device.name != "cuda":
        return _GPU_BATCH_TOKENS
    free, _ = device.torch.cuda.mem_get_info(device.device)
    state = width * 4
    token = state * layers * _STATES_A_LAYER + 8 * state
    return int(min(_GPU_BATCH_TOKENS, max(longest, free // 2 // token)))


def is_out_of_memory(error: RuntimeError) -> bool:
    """Return whether torch ran out of memory; only CUDA has a class of its own for that."""
    text = str(error).lower()
    return "out of memory" in text or "can't allocate memory" in text or "not enough memory" in text


def pack_linears(module: Any, torch: Any) -> None:
    """Lay the weights of linear layers out as oneDNN likes them: a fifth faster on x86.

    These are the operators that torch's own compiler puts in (torch/_inductor, 2.13); where they
    are missing, or the processor is another, nothing is changed.
    """
    operators = torch.ops.mkldnn
    if (
        platform.machine().lower() not in ("x86_64", "amd64")
        or not torch.backends.mkldnn.is_available()
    ):
        return

    class Packed(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, linear: Any) -> None:
            super().__init__()
            weight = linear.weight.detach()
            self._weight = operators._reorder_linear_weight(weight, CPU_BATCH_TOKENS)
            self._bias = None if linear.bias is None else linear.bias.detach()

        def forward(self, states: Any) -> Any:
            return operators._linear_pointwise(states, self._weight, self._bias, "none", [], "")

    with torch.inference_mode():
        probe, states = torch.nn.Linear(8, 8), torch.ones(2, 8)
        try:
            same = torch.allclose(Packed(probe)(states), probe(states), atol=1e-5)
        except (AttributeError, RuntimeError, TypeError):  # another torch
            return
        if not same:
            return
        for parent in list(module.modules()):
            for name, child in list(parent.named_children()):
                if type(child) is torch.nn.Linear:
                    setattr(parent, name, Packed(child))
