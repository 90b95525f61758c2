package com.example.flat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;

/** One directory with one file per log: {@code orders-0.<topic id>.flat}. */
final class FlatStore implements LogStore, LogDirectory {
    private static final String SUFFIX = ".flat";

    private final PluginContext context;
    private final long maxLogBytes;
    private final Map<LogId, FlatLog> open = new ConcurrentHashMap<>();

    FlatStore(PluginContext context, long maxLogBytes) {
        this.context = context;
        this.maxLogBytes = maxLogBytes;
    }

    @Override
    public void start() {
        stored(); // a directory that cannot be read is found out now
    }

    @Override
    public List<LogId> stored() {
        List<LogId> ids = new ArrayList<>();
        try (Stream<Path> files = Files.list(context.dataDirectory())) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .forEach(name -> ids.add(idOf(name)));
            return ids;
        } catch (IOException failure) {
            throw failed("listing " + context.dataDirectory(), failure);
        }
    }

    private static LogId idOf(String name) {
        String whole = name.substring(0, name.length() - SUFFIX.length());
        int dot = whole.lastIndexOf('.');
        int dash = whole.lastIndexOf('-', dot);
        return new LogId(
                TopicId.parse(whole.substring(dot + 1)),
                new TopicPartition(
                        whole.substring(0, dash),
                        Integer.parseInt(whole.substring(dash + 1, dot))));
    }

    private Path fileOf(LogId id) {
        return context.dataDirectory().resolve(id.partition() + "." + id.topicId() + SUFFIX);
    }

    @Override
    public PartitionLog open(LogId id, LogSettings settings) {
        try {
            Path file = fileOf(id);
            boolean isNew = !Files.exists(file);
            FlatLog log = FlatLog.open(this, id, file, maxLogBytes);
            if (isNew) {
                forceNames();
            }
            open.put(id, log);
            return log;
        } catch (IOException failure) {
            // it may go well later, and says nothing about other logs
            throw new StorageException(
                    StorageException.Reach.CALL, "opening " + id + ": " + failure, failure);
        }
    }

    /** Makes the names in the directory survive a crash, as syncing a file makes its content. */
    void forceNames() throws IOException {
        try (FileChannel directory = FileChannel.open(context.dataDirectory())) {
            directory.force(true);
        }
    }

    void closed(LogId id) {
        open.remove(id);
    }

    @Override
    public void delete(LogId id) {
        try {
            Files.deleteIfExists(FlatLog.startFile(fileOf(id)));
            if (Files.deleteIfExists(fileOf(id))) {
                forceNames();
            }
        } catch (IOException failure) {
            throw failed("deleting " + id, failure);
        }
    }

    private StorageException failed(String what, IOException failure) {
        return new StorageException(
                StorageException.Reach.DIRECTORY, what + ": " + failure, failure);
    }

    @Override
    public List<LogDirectory> directories() {
        return List.of(this);
    }

    @Override
    public void close() {
        List.copyOf(open.values()).forEach(FlatLog::close);
    }

    @Override
    public UUID id() {
        return UUID.nameUUIDFromBytes(
                ("flat store of node " + context.nodeId()).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String location() {
        return context.dataDirectory().toString();
    }

    @Override
    public Optional<String> failure() {
        return Optional.empty();
    }

    @Override
    public Space space() {
        try {
            FileStore volume = Files.getFileStore(context.dataDirectory());
            return new Space(volume.getTotalSpace(), volume.getUsableSpace());
        } catch (IOException unknown) {
            return new Space(-1, -1);
        }
    }
}
