"""What instructors and tests run: executing, solving, checking, rendering and publishing the notebooks."""
