"""Where jupyter_client, and papermill through it, has its kernels from."""

from importlib.metadata import EntryPoint

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner


def provide_by(provisioner: type[LocalProvisioner], *, name: str) -> None:
    """Have jupyter_client take its kernels from a provisioner of ours."""
    factory = KernelProvisionerFactory.instance()
    where = f"{provisioner.__module__}:{provisioner.__name__}"
    factory.provisioners[name] = EntryPoint(name, where, factory.GROUP_NAME)
    factory.default_provisioner_name = name
