"""The pages, one module for each area; every module's `router` is a part of the console."""
