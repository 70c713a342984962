"""The Pulumi program that deploys Philotes: `philotes_stack.program.program`.

It runs inline, as the callable of the Automation API, and by plain `pulumi up` in the folder of
its `Pulumi.yaml`. Importing this package imports neither pulumi nor its providers; `config` and
`local_charts` can be used without them too.
"""
