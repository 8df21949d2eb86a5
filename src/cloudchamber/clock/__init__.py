"""The only reader of wall time and entropy.

`SystemClock` follows the machine; `VirtualClock` stands still until it is told to go on, and then visits every deadline in order.
Everything that runs holds the clock; everything that waits lets go of it. So "nothing is running" is a count, not a guess.
"""

from cloudchamber.clock.clock import Clock, Timer
from cloudchamber.clock.ids import Ids
from cloudchamber.clock.signals import Signals
from cloudchamber.clock.steps import OUTSIDE, Choose, Step, Steps
from cloudchamber.clock.system import SystemClock
from cloudchamber.clock.virtual import VirtualClock

__all__ = [
    "OUTSIDE",
    "Choose",
    "Clock",
    "Ids",
    "Signals",
    "Step",
    "Steps",
    "SystemClock",
    "Timer",
    "VirtualClock",
]
