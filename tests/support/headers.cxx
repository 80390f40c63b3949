// Nothing of its own: the target that owns the headers which all tests share precompiled.
