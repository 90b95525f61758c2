package mortise.tck.sim;

import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import org.jspecify.annotations.Nullable;

/** The volume of a simulated disk: how large it is and how full. */
final class SimFileStore extends FileStore {
    private final SimVolume volume;

    SimFileStore(SimVolume volume) {
        this.volume = volume;
    }

    @Override
    public String name() {
        return volume.name();
    }

    @Override
    public String type() {
        return "sim";
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public long getTotalSpace() {
        return volume.totalBytes();
    }

    @Override
    public long getUsableSpace() {
        return volume.usableBytes();
    }

    @Override
    public long getUnallocatedSpace() {
        return volume.usableBytes();
    }

    @Override
    public long getBlockSize() {
        return SimFile.PAGE;
    }

    @Override
    public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
        return type == BasicFileAttributeView.class;
    }

    @Override
    public boolean supportsFileAttributeView(String name) {
        return name.equals("basic");
    }

    @Override
    public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
        return null;
    }

    @Override
    public Object getAttribute(String attribute) {
        return switch (attribute) {
            case "totalSpace" -> getTotalSpace();
            case "usableSpace" -> getUsableSpace();
            case "unallocatedSpace" -> getUnallocatedSpace();
            default ->
                    throw new UnsupportedOperationException(
                            "a simulated volume has no attribute " + attribute);
        };
    }
}
