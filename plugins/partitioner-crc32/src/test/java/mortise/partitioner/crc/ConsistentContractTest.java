package mortise.partitioner.crc;

import java.util.Map;
import mortise.spi.partition.PartitionerProvider;
import mortise.tck.partition.PartitionerContract;

class ConsistentContractTest implements PartitionerContract {
    @Override
    public PartitionerProvider provider() {
        return new Crc32Provider();
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("partitioner.crc32.mode", "consistent");
    }

    @Override
    public boolean spreadsRecordsWithoutKey() {
        return false;
    }
}
