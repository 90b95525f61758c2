package mortise.tck.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The bytes of a file: as a process sees them (the page cache), and as the medium has them.
 * Confined to the disk's lock.
 *
 * <p>Pages are shared between cache and medium until they are written again. What was written since
 * the last force is kept in epochs, one more with every truncation, so that a crash can bring back
 * what an unsynced truncation had cut away. A page that is absent reads as zeros.
 */
final class SimFile extends SimNode {
    static final int PAGE = 4_096;
    static final int SECTOR = 512;

    private final NavigableMap<Integer, byte[]> cache;
    private long size;
    private final BitSet dirty = new BitSet();
    private final List<Truncation> truncations = new ArrayList<>();

    private final NavigableMap<Integer, byte[]> medium;
    private long mediumSize;

    private int links = 1;
    private int openChannels;
    private long writes;
    private long bytesWritten;

    SimFile(long id, long nowMillis) {
        super(id, nowMillis);
        this.cache = new TreeMap<>();
        this.medium = new TreeMap<>();
    }

    /** A truncation that is not on the medium, and the pages written between it and the last. */
    private record Truncation(Map<Integer, byte[]> written, long sizeBefore, long sizeAfter) {}

    long size() {
        return size;
    }

    int allocatedPages() {
        return cache.size();
    }

    long writes() {
        return writes;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    void linked() {
        links++;
    }

    void unlinked() {
        links--;
    }

    void channelOpened() {
        openChannels++;
    }

    void channelClosed() {
        openChannels--;
    }

    /** Whether neither a name nor a channel leads to it any more. */
    boolean gone() {
        return links == 0 && openChannels == 0;
    }

    /** Copies bytes from {@code position}; returns how many, -1 at or beyond the end. */
    int read(long position, ByteBuffer target) {
        if (!target.hasRemaining()) {
            return 0;
        }
        if (position >= size) {
            return -1;
        }
        int wanted = (int) Math.min(target.remaining(), size - position);
        for (int done = 0; done < wanted; ) {
            int index = (int) ((position + done) / PAGE);
            int within = (int) ((position + done) % PAGE);
            int step = Math.min(PAGE - within, wanted - done);
            byte[] page = cache.get(index);
            if (page == null) {
                target.put(new byte[step]);
            } else {
                target.put(page, within, step);
            }
            done += step;
        }
        return wanted;
    }

    /** How many new pages writing these bytes would take. */
    int pagesNeeded(long position, long length) {
        int needed = 0;
        for (long index = position / PAGE; index * PAGE < position + length; index++) {
            needed += cache.containsKey((int) index) ? 0 : 1;
        }
        return needed;
    }

    /** Writes up to {@code length} bytes of the source. */
    void write(long position, ByteBuffer source, int length) {
        for (int done = 0; done < length; ) {
            int index = Math.toIntExact((position + done) / PAGE);
            int within = (int) ((position + done) % PAGE);
            int step = Math.min(PAGE - within, length - done);
            source.get(writable(index), within, step);
            done += step;
        }
        if (length > 0) {
            size = Math.max(size, position + length);
        }
    }

    void countWrite(long bytes) {
        writes++;
        bytesWritten += bytes;
    }

    private byte[] writable(int index) {
        byte[] page = cache.get(index);
        if (page == null) {
            page = new byte[PAGE];
            cache.put(index, page);
        } else if (!dirty.get(index)) {
            page = page.clone();
            cache.put(index, page);
        }
        dirty.set(index);
        return page;
    }

    /** Cuts the file at {@code newSize}, which is less than its size. */
    void truncate(long newSize) {
        truncations.add(new Truncation(writtenPages(), size, newSize));
        dirty.clear();
        int within = (int) (newSize % PAGE);
        int lastKept = Math.toIntExact(newSize / PAGE) - (within == 0 ? 1 : 0);
        cache.tailMap(lastKept, false).clear();
        if (within != 0 && cache.containsKey(lastKept)) {
            Arrays.fill(writable(lastKept), within, PAGE, (byte) 0);
        }
        size = newSize;
    }

    private Map<Integer, byte[]> writtenPages() {
        Map<Integer, byte[]> pages = new TreeMap<>(cache);
        pages.keySet().removeIf(index -> !dirty.get(index));
        return pages;
    }

    /** Brings everything to the medium. */
    void force() {
        for (Truncation truncation : truncations) {
            medium.putAll(truncation.written());
            cut(medium, truncation.sizeAfter());
        }
        dirty.stream().forEach(index -> copyPage(cache, index, medium));
        mediumSize = size;
        truncations.clear();
        dirty.clear();
    }

    private static void copyPage(Map<Integer, byte[]> from, int index, Map<Integer, byte[]> to) {
        byte[] page = from.get(index);
        if (page != null) {
            to.put(index, page);
        }
    }

    /**
     * What Linux does when writing back fails: the pages count as clean and are not written again,
     * although the medium does not have them.
     */
    void loseDirtyPages() {
        truncations.clear();
        dirty.clear();
    }

    /** Brings one page to the medium before anybody asked for it, as a kernel may at any time. */
    void writeBackOne(RandomGenerator random) {
        if (!truncations.isEmpty() || dirty.isEmpty()) {
            return;
        }
        int index = dirty.nextSetBit(random.nextInt(dirty.length()));
        byte[] page = cache.get(index);
        if (page != null) {
            medium.put(index, page.clone());
        }
    }

    /** Turns a bit over, in the cache and on the medium. */
    void flipBit(long position, int bit) {
        int index = (int) (position / PAGE);
        int within = (int) (position % PAGE);
        flipBit(cache, index, within, bit);
        flipBit(medium, index, within, bit);
    }

    private static void flipBit(Map<Integer, byte[]> pages, int index, int within, int bit) {
        byte[] page = pages.get(index);
        if (page != null) {
            byte[] flipped = page.clone();
            flipped[within] ^= (byte) (1 << bit);
            pages.put(index, flipped);
        }
    }

    /**
     * What a crash leaves of the file: all that was forced, and a part of the rest.
     *
     * @param met hears which part, of each run of bytes
     */
    SimFile survivor(long newId, RandomGenerator random, Consumer<Survival> met) {
        NavigableMap<Integer, byte[]> pages = new TreeMap<>(medium);
        long survivingSize = mediumSize;
        int kept = upTo(truncations.size(), random);
        for (int epoch = 0; epoch <= kept; epoch++) {
            boolean last = epoch == truncations.size();
            Map<Integer, byte[]> written = last ? writtenPages() : truncations.get(epoch).written();
            Survival survival = Survival.any(random);
            if (!written.isEmpty()) {
                met.accept(survival);
            }
            survival.apply(pages, written, random);
            if (epoch < kept) {
                survivingSize = truncations.get(epoch).sizeAfter();
                cut(pages, survivingSize);
            } else {
                long grown = last ? size : truncations.get(epoch).sizeBefore();
                survivingSize = survival.size(survivingSize, grown, random);
            }
        }
        cut(pages, survivingSize);
        return new SimFile(newId, this, pages, survivingSize);
    }

    private SimFile(long id, SimFile before, NavigableMap<Integer, byte[]> pages, long size) {
        super(id, before.modifiedMillis());
        this.medium = pages;
        this.mediumSize = size;
        this.cache = new TreeMap<>(pages);
        this.size = size;
    }

    /** None, all, or some of {@code count}. */
    private static int upTo(int count, RandomGenerator random) {
        return switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> count;
            default -> random.nextInt(count + 1);
        };
    }

    private static void cut(NavigableMap<Integer, byte[]> pages, long size) {
        int within = (int) (size % PAGE);
        int lastKept = Math.toIntExact(size / PAGE) - (within == 0 ? 1 : 0);
        pages.tailMap(lastKept, false).clear();
        byte[] last = within == 0 ? null : pages.get(lastKept);
        if (last != null) {
            byte[] page = last.clone();
            Arrays.fill(page, within, PAGE, (byte) 0);
            pages.put(lastKept, page);
        }
    }
}
