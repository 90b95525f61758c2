package mortise.dist;

import picocli.CommandLine.IVersionProvider;

/** What {@code mortise --version} prints. */
final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {
            "mortise "
                    + (version == null ? "(development)" : version)
                    + " on Java "
                    + Runtime.version().feature()
        };
    }
}
