// The precompiled tests/catch.hpp belongs to a target, and a target needs a source.
