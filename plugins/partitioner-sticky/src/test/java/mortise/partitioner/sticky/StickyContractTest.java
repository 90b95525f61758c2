package mortise.partitioner.sticky;

import mortise.spi.partition.PartitionerProvider;
import mortise.tck.partition.PartitionerContract;

class StickyContractTest implements PartitionerContract {
    @Override
    public PartitionerProvider provider() {
        return new StickyProvider();
    }
}
