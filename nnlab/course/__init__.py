"""Commands for instructors and tests: execute, solve, check, render and publish the notebooks."""
