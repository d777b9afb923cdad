select
    customer_id,
    signed_up
from {{ source('raw', 'customers') }}
